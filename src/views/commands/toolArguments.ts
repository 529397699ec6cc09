import * as l10n from '@vscode/l10n';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { positionOf } from '../../clients/jsonText';

/** The text of an MCP `CallToolResult`: text as it is, the rest as JSON. Anything else as JSON. */
export function toolResultText(result: unknown): string {
  if (typeof result !== 'object' || result === null || !('content' in result) || !Array.isArray(result.content)) {
    return JSON.stringify(result, undefined, 2) ?? '';
  }
  const lines: string[] = [];
  if ('isError' in result && result.isError === true) {
    lines.push(l10n.t('The tool reported an error:'), '');
  }
  for (const part of result.content as unknown[]) {
    const text = (part as { type?: unknown; text?: unknown } | null)?.text;
    lines.push(typeof text === 'string' ? text : JSON.stringify(part, undefined, 2));
  }
  if ('structuredContent' in result && result.structuredContent !== undefined) {
    lines.push('', l10n.t('Structured content:'), JSON.stringify(result.structuredContent, undefined, 2));
  }
  return lines.join('\n') + '\n';
}

/** Something to begin with for a tool's arguments: required properties, and those with a default. */
export function argumentsTemplate(schema: unknown): Record<string, unknown> {
  const { properties, required } = asObjectSchema(schema);
  const template: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const fallback = (property as { default?: unknown } | null)?.default;
    if (required.includes(name) || fallback !== undefined) {
      template[name] = fallback ?? sample(property);
    }
  }
  return template;
}

/** Whether the tool takes anything at all. */
export function takesArguments(schema: unknown): boolean {
  return Object.keys(asObjectSchema(schema).properties).length > 0;
}

function asObjectSchema(schema: unknown): { properties: Record<string, unknown>; required: readonly unknown[] } {
  const { properties, required } = (typeof schema === 'object' && schema !== null ? schema : {}) as {
    properties?: unknown;
    required?: unknown;
  };
  return {
    properties: typeof properties === 'object' && properties !== null ? (properties as Record<string, unknown>) : {},
    required: Array.isArray(required) ? required : [],
  };
}

function sample(property: unknown): unknown {
  const { type, enum: choices } = (property ?? {}) as { type?: unknown; enum?: unknown };
  if (Array.isArray(choices) && choices.length > 0) {
    return choices[0];
  }
  switch (Array.isArray(type) ? type[0] : type) {
    case 'string':
      return '';
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'object':
      return argumentsTemplate(property);
    default:
      return null;
  }
}

/** The arguments as a person wrote them, with comments. @throws what is wrong with them, and where. */
export function parseArguments(text: string): Record<string, unknown> {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const { line = 1, column = 1 } = positionOf(text, error.offset);
    throw new Error(
      l10n.t(
        'The arguments are not valid JSON: {0} in line {1}, column {2}. Fix them and run the tool again.',
        printParseErrorCode(error.error),
        line,
        column,
      ),
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(
      l10n.t('The arguments must be a JSON object, such as {0}. Fix them and run the tool again.', '{ }'),
    );
  }
  return value as Record<string, unknown>;
}
