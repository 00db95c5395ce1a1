/**
 * Reads `WWW-Authenticate` (RFC 9110 section 11.6.1): several challenges on one line, on several lines, with parameters
 * or a token, of schemes nobody knows. A line that breaks the grammar gives what can be read of it.
 */

export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** What stands in the place of parameters, as in `Negotiate YII...`. */
  readonly token: string | undefined;
  /** Names in lower case; of one that is given twice, the first. */
  readonly parameters: ReadonlyMap<string, string>;
}

const SEPARATORS = /[\t ,]*/y;
const NAME = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const EQUALS = /[\t ]*=[\t ]*/y;
// RFC 9110 section 11.2: token68, which only the end of its challenge tells from the name of a parameter.
const TOKEN68 = /[\t ]+([A-Za-z0-9\-._~+/]+=*)(?=[\t ]*(?:,|$))/y;
// RFC 9110 section 5.6.4; the closing quote may be missing.
const QUOTED = /"((?:[^"\\]|\\.)*)"?/y;
const BARE = /[^\t ,"]*/y;
const JUNK = /"(?:[^"\\]|\\.)*"?|[^,"]+/y;

/** @param lines the values of the header, one for each line, so that one line's fault stays its own */
export function parseChallenges(lines: readonly string[]): Challenge[] {
  return lines.flatMap(parseLine);
}

/** Reads parameters without a scheme, as `Authentication-Info` has them (RFC 7616 section 3.5). */
export function parseParameters(line: string): ReadonlyMap<string, string> {
  const [first] = parseLine(`info ${line}`);
  return first?.parameters ?? new Map();
}

function parseLine(line: string): Challenge[] {
  const challenges: (Challenge & { parameters: Map<string, string> })[] = [];
  let at = 0;
  /** What `pattern` finds where we are; goes past it. */
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(line);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (take(SEPARATORS); at < line.length; take(SEPARATORS)) {
    const name = take(NAME)?.[0].toLowerCase();
    if (name === undefined) take(JUNK);
    else if (take(EQUALS) !== null) {
      const value = unquoted(take(QUOTED)?.[1], () => take(BARE)![0]);
      const parameters = challenges.at(-1)?.parameters;
      if (parameters !== undefined && !parameters.has(name)) parameters.set(name, value);
    } else challenges.push({ scheme: name, token: take(TOKEN68)?.[1], parameters: new Map() });
  }
  return challenges;
}

function unquoted(quoted: string | undefined, bare: () => string): string {
  return quoted === undefined ? bare() : quoted.replace(/\\(.)/g, '$1');
}
