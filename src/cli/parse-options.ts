/** Node's reader of options, with messages that name the command, what was given and what was expected. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { quoted } from './argument-values.ts';
import { closest } from './closest.ts';
import { UsageError } from './usage-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** @throws UsageError for an option that is unknown, lacks its value or takes none, and for an argument too many */
export function parseOptions<T extends Options>(
  command: string,
  argv: readonly string[],
  options: T,
  allowPositionals: boolean,
): ReturnType<typeof parseArgs<{ options: T; allowPositionals: true; args: string[] }>> {
  const args = [...argv];
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'option') checkOption(command, options, token);
    else if (token.kind === 'positional' && !allowPositionals) {
      throw new UsageError(`unexpected argument ${quoted(token.value)}: sluice ${command} takes options only`);
    }
  }
  return parseArgs({ args, options, strict: true, allowPositionals: true });
}

/** An option as it stands on the command line: `rawName` is what was typed. */
interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** @throws UsageError for one option: unknown, without its value, or with one it does not take */
function checkOption(command: string, options: Options, { name, rawName, value, inlineValue }: OptionToken): void {
  const known = Object.hasOwn(options, name) ? options[name] : undefined;
  if (known === undefined) throw unknownOption(command, options, name, rawName);
  if (known.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
  } else if (value === undefined) throw new UsageError(`${rawName} expects a value behind it`);
  else if (!inlineValue && value.length > 1 && value.startsWith('-')) {
    const inline = rawName.startsWith('--') ? `${rawName}=VALUE` : `--${name}=VALUE`;
    throw new UsageError(`${rawName} expects a value, got what looks like an option; if it is the value: ${inline}`);
  }
}

/** The error with the nearest option that there is, if one is near. */
function unknownOption(command: string, options: Options, name: string, rawName: string): UsageError {
  const near = name.length > 1 ? closest(name, Object.keys(options)) : undefined;
  const hint = near === undefined ? `'sluice ${command} --help' lists its options` : `did you mean --${near}?`;
  return new UsageError(`unknown option ${quoted(rawName.slice(0, 40))} of sluice ${command}; ${hint}`);
}
