/** Values that stand in the vectors of several kinds of frames: the ends of their ranges, and what a double cannot hold. */
export const FIRST_VIEW = "257";
/** Round 2, made by card 2. */
export const SECOND_VIEW = "514";
export const LARGEST_VIEW = "1099511627775";
export const BEYOND_DOUBLE = "9007199254740993";
export const LARGEST_NUMBER = "9223372036854775807";
export const NUMBER_LIMIT = "9223372036854775808";
export const LARGEST_UINT32 = "4294967295";

/** What a plan that leaves the member list as it is says of it. */
export const NO_CARDS = { card: "0", otherCard: "0", incarnation: "0" };

/** What a trunk carries: the first hello of card 3, which hears nobody yet. */
export const HELLO_BYTES = [1, 1, 3, 255, 1, 7, 0, 0, 0, 0, 9, 8, 7, 6, 0].map(String);
