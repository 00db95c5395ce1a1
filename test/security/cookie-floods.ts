/** Servers that set more cookies than anybody needs, or for hosts that are not theirs. */
import type { Script } from '../../src/testing/scripted-server.ts';
import type { HostileRow } from './hostile-rows.ts';

function setting(lines: Iterable<string>): () => Script {
  const fields = [...lines].map((line) => `Set-Cookie: ${line}`);
  const head = ['HTTP/1.1 200 OK', 'Content-Length: 5', ...fields].join('\r\n');
  return () => [{ expect: 'head' }, { send: `${head}\r\n\r\nhello` }];
}

const isRight = (text: string): boolean => text === 'hello';
const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `c${n}=${n}; Path=/`);
const FOREIGN = ['example.com', '.com', 'co.uk', '0.0.1', '27.0.0.1', 'localhost', '.', '*'];

export const cookieFloods: readonly HostileRow[] = [
  // RFC 6265 6.1 asks for 50 cookies of a domain; a response may set no more here.
  { name: '300 cookies', server: setting(numbered(300)), isRight, cookies: (jar) => [...jar].length === 50 },
  {
    name: 'a cookie of 9000 bytes',
    server: setting([`a=${'x'.repeat(9000)}`]),
    isRight,
    cookies: (jar) => [...jar].length === 0,
  },
  {
    name: 'cookies for foreign domains and public suffixes',
    server: setting(FOREIGN.map((domain, n) => `c${n}=v; Domain=${domain}`)),
    isRight,
    cookies: (jar) => [...jar].length === 0,
  },
];
