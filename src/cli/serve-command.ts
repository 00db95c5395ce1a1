/** `sluice serve`: the test site, until it is stopped. */
import { startServer } from '../testing/server.ts';
import type { ServeCommand } from './commands.ts';
import { writeOut } from './output-file.ts';
import type { Terminal } from './terminal.ts';

/** Ctrl-C closes the server and waits for its connections, so that the command ends with 0. */
export async function serveCommand({ port, host }: ServeCommand, terminal: Terminal): Promise<number> {
  const server = await startServer({ port, host }).catch((error: unknown) => {
    throw whyNot(error, host, port);
  });
  const words = `The test site listens at ${server.origin}/ until Ctrl-C; its index lists the routes.\n`;
  try {
    await writeOut(terminal.stdout, words);
  } catch (error) {
    await server.close();
    throw error;
  }
  await new Promise<void>((resolve) => {
    const stop = terminal.onSignal(() => {
      stop();
      resolve();
    });
  });
  await server.close();
  return 0;
}

/** The system has a code for it; a person needs to know which port, who may have it, and what to do. */
function whyNot(error: unknown, host: string, port: number): unknown {
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const facts: Readonly<Record<string, string>> = {
    EADDRINUSE: `something else listens at ${at} already, perhaps another sluice serve; stop it, give another number with --port, or leave --port out for a free one`,
    EACCES: `this user may not listen at ${at}; ports below 1024 are often kept for the system: give a higher number with --port`,
    EADDRNOTAVAIL: `${host} is no address of this machine; leave --host out for 127.0.0.1`,
    ENOTFOUND: `the host name ${host} could not be resolved; leave --host out for 127.0.0.1`,
  };
  const { code } = error as { code?: unknown };
  const fact = typeof code === 'string' && Object.hasOwn(facts, code) ? facts[code] : undefined;
  return fact === undefined ? error : new Error(`${fact} (${String(code)})`, { cause: error });
}
