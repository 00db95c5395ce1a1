/** Checks values with any schema library that follows Standard Schema, version 1 (standardschema.dev). */
import { kindOf } from '../runtime/kind-of.ts';

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
