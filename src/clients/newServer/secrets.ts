import { redactCommandLine, redactText } from '../redaction';
import { isSecretName } from '../secretNames';
import { inputIdsOf } from '../variables';
import type { InputEntry, ServerEntry } from './entry';

/** A secret in an entry: a value of its environment, or a part of an argument. */
export interface Secret {
  readonly place: { readonly env: string } | { readonly arg: number };
  /** What it is called, for people: the variable or the flag. */
  readonly label: string;
  readonly value: string;
  /** The text around it in the argument. */
  readonly before: string;
  readonly after: string;
}

const HIDDEN = redactText('password=x').slice('password='.length);
const REFERENCE = /\$\{[^${}]{1,200}\}/;
const VARIABLE = /^(-e|--env=)?([A-Za-z_]\w*)=(.*)$/s;

/** The parts of an entry that look like secrets by name or shape; a reference to another value is none. */
export function secretsIn({ command, args = [], env = {} }: ServerEntry): Secret[] {
  return [...secretVariables(env), ...secretArguments(command, args)];
}

function secretVariables(env: NonNullable<ServerEntry['env']>): Secret[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === null || value === '' || REFERENCE.test(String(value))) return [];
    return isSecretValue(name, String(value))
      ? [{ place: { env: name }, label: name, value: String(value), before: '', after: '' }]
      : [];
  });
}

function secretArguments(command: string, args: readonly string[]): Secret[] {
  const redacted = redactCommandLine([command, ...args]).slice(1);
  return args.flatMap((arg, at) => {
    const shown = redacted[at] ?? arg;
    if (shown === arg || REFERENCE.test(arg) || !shown.includes(HIDDEN)) return [];
    const [, , variable, value] = VARIABLE.exec(arg) ?? [];
    // Redaction hides all variables of a container, but most of them are no secrets.
    if (variable !== undefined && value !== undefined && !isSecretValue(variable, value)) return [];
    const [before = '', after = '', ...more] = shown.split(HIDDEN);
    const isPart = more.length === 0 && arg.startsWith(before) && arg.endsWith(after);
    const [start, end] = isPart ? [before, after] : ['', ''];
    const flag = /^-{1,2}([A-Za-z][\w-]*)$/.exec(args[at - 1] ?? '')?.[1];
    return [
      {
        place: { arg: at },
        label: variable ?? /^-{0,2}([A-Za-z][\w-]*)=/.exec(arg)?.[1] ?? flag ?? 'secret',
        value: arg.slice(start.length, arg.length - end.length),
        before: start,
        after: end,
      },
    ];
  });
}

function isSecretValue(name: string, value: string): boolean {
  return isSecretName(name) || redactText(value) !== value;
}

/** The input that replaces a secret of a server. */
export interface SecretInput {
  readonly secret: Secret;
  readonly input: InputEntry;
}

/** @param taken ids of other inputs; the new ids are added */
export function inputsFor(server: string, secrets: readonly Secret[], taken: Set<string>): SecretInput[] {
  return secrets.map((secret) => {
    const [name, label] = [slug(server), slug(secret.label)];
    // For a server "github", `github-token` is clear enough for GITHUB_TOKEN.
    const base = name === '' || label.startsWith(`${name}-`) ? label : `${name}-${label}`;
    let id = base;
    for (let number = 2; taken.has(id); number++) id = `${base}-${number}`;
    taken.add(id);
    return { secret, input: { id, type: 'promptString', description: `${secret.label} (${server})`, password: true } };
  });
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** The entry with its secrets replaced by inputs. */
export function withInputs(entry: ServerEntry, inputs: readonly SecretInput[]): ServerEntry {
  const args = [...(entry.args ?? [])];
  const env = { ...entry.env };
  for (const { secret, input } of inputs) {
    const text = `${secret.before}\${input:${input.id}}${secret.after}`;
    if ('env' in secret.place) env[secret.place.env] = text;
    else args[secret.place.arg] = text;
  }
  return { ...entry, ...(entry.args && { args }), ...(entry.env && { env }) };
}

/** Definitions for the inputs that an entry names and that are not defined yet. */
export function missingInputs(name: string, entry: ServerEntry, defined: Iterable<string>): InputEntry[] {
  const known = new Set(defined);
  return inputIdsOf({ args: [], env: {}, envFile: undefined, cwd: undefined, ...entry })
    .filter((id) => !known.has(id))
    .map((id) => ({
      id,
      type: 'promptString',
      description: `${id} (${name})`,
      ...(isSecretName(id) && { password: true }),
    }));
}
