/** Text for a terminal, as pure functions: columns, numbers, and nothing that would steer it. */

/** Rows as columns: a number to the right, text, which may be a stranger's, to the left. */
export function columns(rows: readonly (readonly (string | number)[])[], indent = '  '): string[] {
  const width: number[] = [];
  const shown = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell : printable(cell))));
  for (const row of shown) {
    for (const [i, cell] of row.entries()) width[i] = Math.max(width[i] ?? 0, String(cell).length);
  }
  return shown.map((row) => {
    const cells = row.map((cell, i) =>
      typeof cell === 'number' ? String(cell).padStart(width[i]!) : cell.padEnd(width[i]!),
    );
    return `${indent}${cells.join('  ')}`.trimEnd();
  });
}

/** `1 page`, `2 pages`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `512 B`, `3.1 MB`. */
export function byteText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `0.8 s`, `42 s`, `3m 20s`, `2h 5m`. */
export function timeText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  return `${Math.floor(whole / 3600)}h ${Math.floor((whole % 3600) / 60)}m`;
}

/** What steers a terminal (C0 and C1 controls, DEL), turns the order of other characters, or is half a character. */
const STEERING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Without what stands in ordinary text of several lines: tab, line feed, and the joiners of scripts and of emoji. */
const STEERING_IN_LINES = /(?!\t|\n|\u00ad|\u200c|\u200d|\ufeff)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** One line of a text of strangers: control characters and those that turn the order of others are escaped. */
export function printable(text: string): string {
  return text.replace(STEERING, escaped);
}

/** Several lines of a text of strangers, such as a body, a head or an error: as `printable`, but for tabs and line ends. */
export function printableLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(STEERING_IN_LINES, escaped);
}

/** As JSON escapes it, so that JSON stays JSON. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
