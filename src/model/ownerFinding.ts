/** What a session's owner is for people; `process` where only a cookie is left of the session. */
export type OwnerRole = 'window' | 'client' | 'process';

/** The state of a session's owner. */
export type OwnerFinding =
  | { readonly kind: 'owner-running'; readonly role: OwnerRole; readonly pid: number }
  /** `isPidReused`: the pid now belongs to a process with another start time. */
  | { readonly kind: 'owner-gone'; readonly role: OwnerRole; readonly pid: number; readonly isPidReused: boolean }
  /** Its pid belongs to a process that the system hides from this user. */
  | { readonly kind: 'owner-hidden'; readonly pid: number }
  /** It seems gone, but `child` still has its pid as the parent. */
  | { readonly kind: 'owner-contradicted'; readonly pid: number; readonly child: number }
  | { readonly kind: 'other-scope' }
  /** Another process is changing the session's file. */
  | { readonly kind: 'session-changing' };
