/** A user, and a group, of which nobody here is a member. */
export const NOBODY = 65_534;

/** For tests of what other users may do. */
export const OTHER_USER_NEEDS = { what: "root", isMet: canBeOther() };

/**
 * Does `work` as another user, whose rights the whole process has meanwhile: nothing else may run beside it.
 * @param as the user, and the group if it is to be another one too.
 */
export async function asOther<T>(
  as: { readonly userId: number; readonly groupId?: number },
  work: () => Promise<T>,
): Promise<T> {
  const before = { userId: process.geteuid?.() ?? 0, groupId: process.getegid?.() ?? 0 };
  process.setegid?.(as.groupId ?? before.groupId);
  try {
    process.seteuid?.(as.userId);
    return await work();
  } finally {
    process.seteuid?.(before.userId);
    process.setegid?.(before.groupId);
  }
}

/** Root of a container may have no other user to be. */
function canBeOther(): boolean {
  if (process.geteuid?.() !== 0) return false;
  try {
    process.seteuid?.(NOBODY);
    process.seteuid?.(0);
    return true;
  } catch {
    return false;
  }
}
