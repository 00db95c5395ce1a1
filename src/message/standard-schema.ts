/** Checks values with any schema library that follows Standard Schema, version 1 (standardschema.dev). */
import { kindOf } from '../runtime/kind-of.ts';
import { isSecretKey, MASK, type Redact } from './redact.ts';

/** The part of the specification that is used here. */
export interface StandardSchema<Output = unknown> {
  /** What a library that follows the specification puts there. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a schema makes of what it accepts. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

/** One thing that does not fit. */
export interface SchemaIssue {
  /** What does not fit, in the schema's words. */
  readonly message: string;
  /** Where in the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** Makes the error of a value that does not fit. @param cause what the schema threw */
export type SchemaFailure = (fact: string, issues: readonly SchemaIssue[], cause?: unknown) => Error;

/** Issues that a message names. */
const SHOWN = 3;
const LONGEST = 200;

/** @throws TypeError for what is no schema, in the words of the method that it was given to */
export function checkSchema(schema: unknown, method: string): asserts schema is StandardSchema {
  const isHolder = (typeof schema === 'object' && schema !== null) || typeof schema === 'function';
  const standard = isHolder ? (schema as Partial<StandardSchema>)['~standard'] : undefined;
  if (typeof standard?.validate === 'function') return;
  const found = kindOf(schema);
  throw new TypeError(
    `${method} takes a schema with "~standard" (Standard Schema: zod, valibot, arktype, ...), got ${found}`,
  );
}

/**
 * The value as the schema gives it out.
 * @param fail makes the error
 * @throws what `fail` made, for a value that does not fit, and for a schema that throws or answers something else
 */
export async function validated<Output>(
  schema: StandardSchema<Output>,
  value: unknown,
  redact: Redact | undefined,
  fail: SchemaFailure,
): Promise<Output> {
  let result: unknown;
  try {
    result = await schema['~standard'].validate(value);
  } catch (cause) {
    throw fail('the schema threw, so that nobody knows whether the body fits', [], cause);
  }
  const { issues } = (result ?? {}) as { issues?: unknown };
  if (Array.isArray(issues)) throw fail(factOf(issues, redact), issues);
  if (typeof result === 'object' && result !== null && 'value' in result) return result.value as Output;
  throw fail('the schema gave neither a value nor issues', []);
}

function factOf(issues: readonly SchemaIssue[], redact: Redact | undefined): string {
  const shown = issues.slice(0, SHOWN).map((issue) => shownIssue(issue, redact));
  const more = issues.length > SHOWN ? `; ${issues.length - SHOWN} more` : '';
  return `the body does not fit the schema: ${shown.join('; ') || 'no issue is named'}${more}`;
}

/** `at user.tags[0]: expected text`. Some libraries repeat the value: that of a secret's name is not shown. */
function shownIssue(issue: SchemaIssue, redact: Redact | undefined): string {
  const keys = (issue?.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  const isSecret = keys.some((key) => isSecretKey(String(key), redact));
  const message = isSecret ? MASK : String(issue?.message).replace(/\s+/g, ' ').slice(0, LONGEST);
  const path = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return path === '' ? message : `at ${path.replace(/^\./, '').slice(0, LONGEST)}: ${message}`;
}

/** By these a record of options is told from a schema. */
const OPTIONS = ['maxLineLength', 'reconnect'];

/**
 * What a reader was given: a schema, options, or first the one and then the other.
 * @throws TypeError for a first value that is neither
 */
export function schemaFirst<Options extends object>(
  first: StandardSchema | Options | undefined,
  more: Options | undefined,
  method: string,
): readonly [schema: StandardSchema | undefined, options: Options | undefined] {
  if (first === undefined) return [undefined, more];
  if (typeof first === 'object' && first !== null && OPTIONS.some((name) => Object.hasOwn(first, name))) {
    return [undefined, first as Options];
  }
  checkSchema(first, method);
  return [first, more];
}
