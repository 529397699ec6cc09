import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { isProcessId, isStartToken } from '../os/identity';
import { isScopeTag, type ScopeTag } from '../os/scope';

// Building blocks for the readers of our files. Types are inferred from the shapes, so that they match their readers.

/** The type of what a shape reads, readonly. */
export type Read<S extends v.GenericSchema> = DeepReadonly<v.InferOutput<S>>;

type DeepReadonly<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly (infer E)[]
    ? readonly DeepReadonly<E>[]
    : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** A property that is always present, and undefined where the file has none. */
export function orUndefined<S extends v.GenericSchema>(shape: S) {
  return v.optional(shape, () => undefined);
}

/** The same, and also undefined where the file's value is malformed. */
export function lenient<S extends v.GenericSchema>(shape: S) {
  return v.fallback(orUndefined(shape), undefined);
}

/** A property that is absent where the file has none, or a malformed one; needs {@link withoutAbsent}. */
export function absentUnless<S extends v.GenericSchema>(shape: S) {
  return v.exactOptional(v.fallback(shape, undefined as never));
}

/** For the end of an object's pipe: removes the properties that {@link absentUnless} rejected. */
export function withoutAbsent<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

/** Checks the length before any item: the file may be hostile. */
export function listOf<S extends v.GenericSchema>(item: S, max: number) {
  return v.pipe(v.array(v.unknown()), v.maxLength(max), v.array(item));
}

/** What tells the members of a {@link variant} apart. */
type Discriminator = v.LiteralSchema<string, undefined> | v.PicklistSchema<readonly string[], undefined>;

/**
 * A union of objects that one property tells apart. It looks the property's value up, where `v.variant` and `v.union` try
 * one member after the other and describe why each does not match: another window's scan has thousands of such objects.
 * @__NO_SIDE_EFFECTS__ so that a bundle without a use of a shape is one without the shape
 */
export function variant<
  const K extends string,
  const Members extends readonly v.ObjectSchema<v.ObjectEntries & Record<K, Discriminator>, undefined>[],
>(key: K, members: Members): v.GenericSchema<unknown, v.InferOutput<Members[number]>> {
  const byValue = new Map<unknown, v.GenericSchema<unknown, v.InferOutput<Members[number]>>[]>();
  for (const member of members) {
    const discriminator = member.entries[key];
    const values = discriminator.type === 'literal' ? [discriminator.literal] : discriminator.options;
    for (const value of values) byValue.set(value, [...(byValue.get(value) ?? []), member]);
  }
  const found = new Map([...byValue].map(([value, some]) => [value, some.length === 1 ? some[0] : v.union(some)]));
  const none = v.never();
  return v.lazy((value) => found.get((value as Partial<Record<K, unknown>> | null | undefined)?.[key]) ?? none);
}

export const finite = v.pipe(v.number(), v.finite());
export const pid = v.custom<number>(isProcessId);
export const startToken = v.custom<string>(isStartToken);

/** An invalid identity invalidates everything around it: it may reach a signal. */
export const processIdentity = v.object({ pid, start: startToken, scope: v.custom<ScopeTag>(isScopeTag) });

/** Reads a value with a shape. @returns the value, or the first problem */
export function read<S extends v.GenericSchema>(
  shape: S,
  value: unknown,
): { readonly ok: true; readonly value: v.InferOutput<S> } | { readonly ok: false; readonly reason: string } {
  const result = v.safeParse(shape, value, { abortEarly: true });
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, reason: l10n.t('its "{0}" is not valid', v.getDotPath(result.issues[0]) ?? '') };
}
