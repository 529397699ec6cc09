import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How a process is started by its parent:
 * - `plain` as a child, `wrapper` behind a shell that waits for it, `setsid` in its own POSIX session;
 * - `double` by a process that ends at once, `held` by one that ends on request;
 * - `late` a while after its parent has started, `later` by a wrapper on request, `heir` by its parent's SIGTERM
 *   handler, after which the parent ends.
 */
type Link = 'plain' | 'wrapper' | 'setsid' | 'double' | 'held' | 'late' | 'later' | 'heir';

export interface Tree {
  /** Also the name of its script and of the FIFO from which it reads requests. */
  readonly name: string;
  readonly link: Link;
  /** Ignores SIGTERM and SIGHUP, and everything that it starts inherits that. */
  readonly deaf: boolean;
  /** Ends when its input does, and leaves behind what it started. Only roots have an input. */
  readonly polite: boolean;
  readonly children: readonly Tree[];
}

/**
 * Draws the trees of one session: deep, wide or mixed.
 * @param traceable draws no process that only its cookie can find: one that loses its parent before the first scan
 */
export function drawForest(random: () => number, traceable: boolean): Tree[] {
  const below = (limit: number) => Math.floor(random() * limit);
  const links: Link[] = ['plain', 'plain', 'wrapper', 'setsid', 'held', 'late', 'later'];
  if (!traceable) links.push('double', 'heir');
  const shape = ['deep', 'wide', 'mixed', 'mixed'][below(4)];
  let left = random() < 0.1 ? 30 : 3 + below(8);
  let count = 0;
  const draw = (depth: number, link: Link): Tree => {
    const name = `n${count++}`;
    left--;
    const fan = shape === 'deep' ? 1 : shape === 'wide' ? (depth === 0 ? left : 0) : below(4);
    const children: Tree[] = [];
    for (let child = 0; child < fan && left > 0; child++) {
      children.push(draw(depth + 1, links[below(links.length)] as Link));
    }
    return { name, link, deaf: random() < 0.4, polite: depth === 0 && random() < 0.3, children };
  };
  const roots: Tree[] = [];
  for (const most = 1 + below(3); roots.length < most && left > 0; ) roots.push(draw(0, 'plain'));
  return roots;
}

/** All of them, roots first. */
export function allOf(trees: readonly Tree[]): Tree[] {
  return trees.flatMap((tree) => [tree, ...allOf(tree.children)]);
}

/**
 * The names in the list once everything that starts without a request is running, including wrappers (`w-`) and holders
 * (`h-`), but nothing at or below an `heir` or a `later` one.
 */
export function namesOf(trees: readonly Tree[]): string[] {
  return trees
    .filter(({ link }) => link !== 'heir' && link !== 'later')
    .flatMap(({ name, link, children }) => [
      name,
      ...(link === 'wrapper' ? [`w-${name}`] : []),
      ...(link === 'held' ? [`h-${name}`] : []),
      ...namesOf(children),
    ]);
}

/**
 * Answers each request, a path, by writing its pid there. The test holds the other end of the FIFO: it ends with that.
 */
const ANSWER = (name: string) => `exec 3<"$CHAOS/${name}"
while read -r reply <&3; do echo $$ >"$reply"; done`;

/** The first lines of each script; `CHAOS` is the folder of its side. */
const UP = (name: string, deaf: boolean) => `${deaf ? "trap '' TERM HUP\n" : ''}echo "${name} $$" >>"$CHAOS/up"`;

/** Writes a script for each process of the trees. Processes and their look-alikes have the same command lines. */
export function writeScripts(folder: string, trees: readonly Tree[]): void {
  for (const { name, deaf, polite, children } of allOf(trees)) {
    const script = (tree: Tree) => `"${join(folder, tree.name)}"`;
    const starts = children.map((child) => startOf(child, script(child)));
    const body = polite ? `(${ANSWER(name)}) &\ncat >/dev/null` : ANSWER(name);
    // A look-alike starts no children.
    const lines = [UP(name, deaf), 'if [ -z "$CHAOS_ALONE" ]; then :', ...starts, 'fi', body];
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  }
}

/**
 * Writes a server that starts programs which are not part of it: an editor and a terminal multiplexer.
 * @param how the way the editor is started: as a `daemon` it leaves the server's tree. If the server's POSIX session
 * is unknown, an editor below it counts as its user, and the server stays.
 */
export function writeStrangers(
  folder: string,
  editor: string,
  multiplexer: string,
  how: 'plain' | 'setsid' | 'daemon',
): void {
  const start = `CHAOS="$CHAOS_EDITOR" ${how === 'plain' ? '' : 'setsid '}"${editor}" "${join(folder, 'editor')}" >/dev/null 2>&1 &`;
  const lines = [
    UP('host', true),
    how === 'daemon' ? `(${start})` : start,
    `(CHAOS="$CHAOS_EDITOR" ${multiplexer}) >/dev/null 2>&1 &`,
    ANSWER('host'),
  ];
  writeFileSync(join(folder, 'host'), `${lines.join('\n')}\n`);
  // The first request says how the editor starts its own server.
  const first = 'exec 3<"$CHAOS/editor"\nread -r line <&3\neval "$line"';
  writeFileSync(join(folder, 'editor'), `${UP('editor', false)}\n${first}\n${ANSWER('editor')}\n`);
  writeFileSync(join(folder, 'server'), `${UP('server', false)}\n${ANSWER('server')}\n`);
}

function startOf({ name, link }: Tree, script: string): string {
  switch (link) {
    case 'plain':
      return `sh ${script} &`;
    case 'wrapper':
      return `sh -c 'echo "w-${name} $$" >>"$CHAOS/up"; sh "$0"; :' ${script} &`;
    case 'setsid':
      return `setsid sh ${script} &`;
    case 'double':
      return `(setsid sh ${script} &)`;
    case 'held':
      return `sh -c 'echo "h-${name} $$" >>"$CHAOS/up"; setsid sh "$0" & read -r word <"$CHAOS/hold"' ${script} &`;
    case 'late':
      return `(sleep 0.1; exec sh ${script}) &`;
    case 'later':
      return `sh -c 'read -r word <"$CHAOS/hold"; sh "$0"; :' ${script} &`;
    case 'heir':
      return `trap 'sh ${script} & trap "" TERM; exit 0' TERM`;
  }
}
