declare const brand: unique symbol;

/**
 * A text of one kind, such as the id of a session: a text of another kind in its place does not compile. Plain text
 * compiles, so that checked values and test literals need no cast.
 */
export type Branded<T, Name extends string> = T & { readonly [brand]?: Name };
