/** `sluice serve` where it cannot listen: which port, who may have it, and what to do. */
import { expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { startServer } from '../../src/testing/server.ts';
import { fakeTerminal } from './fake-terminal.ts';

async function serve(...args: readonly string[]) {
  const terminal = fakeTerminal();
  const code = await main(['serve', ...args], terminal);
  return { code, err: terminal.err(), out: terminal.out() };
}

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '[::1]'],
])('says that the port is taken at %s', async (host, shown) => {
  await using other = await startServer({ host });
  const at = `${shown}:${other.port}`;
  expect(await serve('--port', String(other.port), '--host', host)).toEqual({
    code: 1,
    err: `sluice: something else listens at ${at} already, perhaps another sluice serve; stop it, give another number with --port, or leave --port out for a free one (EADDRINUSE)\n`,
    out: '',
  });
});

it('says that the host is not of this machine', async () => {
  // RFC 5737: an address of documentation, which nobody has.
  expect(await serve('--host', '192.0.2.1')).toEqual({
    code: 1,
    err: 'sluice: 192.0.2.1 is no address of this machine; leave --host out for 127.0.0.1 (EADDRNOTAVAIL)\n',
    out: '',
  });
});
