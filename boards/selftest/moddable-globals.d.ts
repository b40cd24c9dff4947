/**
 * What the boards' TypeScript uses of XS's globals, for the compiler of this project. Under mcconfig the SDK's own
 * `xs.d.ts` declares them, and this file is not read.
 */
declare function trace(...log: (string | number | boolean)[]): void;

/** The function `name` of a C file of the same firmware. */
declare function native(name: string): () => number;
