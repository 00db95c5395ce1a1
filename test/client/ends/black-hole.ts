/**
 * A port that takes no connection and refuses none: a process that is stopped, behind a queue that is full. The system
 * drops what comes then, as a network that leads nowhere does.
 */
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';

let made: Promise<number> | undefined;
const ends: (() => unknown)[] = [];

export function blackHole(): Promise<number> {
  made ??= dig();
  return made;
}

/** To be called after the tests that asked for one. */
export async function fillBlackHole(): Promise<void> {
  made = undefined;
  for (const end of ends.splice(0)) await end();
}

async function dig(): Promise<number> {
  const script = `require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},function(){console.log(this.address().port)})`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  ends.push(() => new Promise((resolve) => child.once('exit', resolve) && child.kill('SIGKILL')));
  const port = Number(String(await new Promise((resolve) => child.stdout.once('data', resolve))));
  child.kill('SIGSTOP');
  const fillers: Socket[] = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  ends.push(() => fillers.forEach((socket) => void socket.destroy()));
  await new Promise((resolve) => fillers[0]!.once('connect', resolve));
  return port;
}
