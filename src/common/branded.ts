declare const brand: unique symbol;

/**
 * A text of one kind, such as the id of a session: one of another kind in its place does not compile. Plain text
 * passes, so that what a checking function has let through, and a test's literal, need no cast.
 */
export type Branded<T, Name extends string> = T & { readonly [brand]?: Name };
