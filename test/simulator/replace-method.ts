import { Card } from "../../firmware/card/card.js";

/** A method with its `this` made the first argument. */
export type Unbound<Self> = (self: Self, ...rest: unknown[]) => unknown;

/**
 * Replaces one method of a firmware class in this process, for good: the seam of the mutations, so that the firmware
 * needs none. Throws where there is no such method, so that a renamed one does not quietly turn a mutation into nothing.
 * @param Self what the new method may see of the insides.
 */
export function replaceMethod<Self>(
  owner: { readonly name: string; readonly prototype: object },
  method: string,
  make: (original: Unbound<Self>) => Unbound<Self>,
): void {
  const { prototype } = owner;
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== "function") throw new TypeError(`${owner.name} has no method ${method} to mutate`);
  const replacement = make((self, ...rest) => Reflect.apply(original, self, rest));
  Reflect.set(prototype, method, function (this: Self, ...rest: unknown[]): unknown {
    return replacement(this, ...rest);
  });
}

/** Has cards look at every frame in full, for mutations of what is looked at: frames that are like others pass some of it by. */
export function lookAtEveryFrame(): void {
  replaceMethod(
    Card,
    "receiveFromLink",
    (original) => (self, link, frame, nowUs) => original(self, link, frame, nowUs),
  );
}

/** Calls `run` while `target[key]` is `value`. */
export function during<Target extends object, Key extends keyof Target>(
  target: Target,
  key: Key,
  value: Target[Key],
  run: () => unknown,
): unknown {
  const own = Object.getOwnPropertyDescriptor(target, key);
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: true });
  try {
    return run();
  } finally {
    if (own === undefined) Reflect.deleteProperty(target, key);
    else if ("value" in own) Object.defineProperty(target, key, { ...own, value: own.value });
    else Object.defineProperty(target, key, own);
  }
}
