/**
 * What the boards' TypeScript uses of XS's globals, for the compiler of this project. Under mcconfig the SDK's own
 * `xs.d.ts` declares them, and this file is not read.
 */
declare function trace(...log: (string | number | boolean)[]): void;

/** The function `name` of a C file of the same firmware, to be called at once; what it returns is what its C says. */
declare function native(name: string): {
  call<Result>(self: object, ...values: readonly unknown[]): Result;
};

/** A class whose instances C attaches data to. `name` is the C function that gives them back. */
declare function Native(name: string): new () => object;
