/** A DNS server on loopback (RFC 1035), with the records that a test gives it. */
import { createSocket } from 'node:dgram';

export interface DnsRecord {
  readonly address: string;
  /** Seconds. */
  readonly ttl: number;
}

export interface DnsServer {
  /** `address:port`, as resolvers take it. */
  readonly address: string;
  /** By name; what is not there does not exist. */
  readonly records: Map<string, readonly DnsRecord[]>;
  /** Names and types that were asked for. */
  readonly questions: string[];
  close(): Promise<void>;
}

const TYPES: Readonly<Record<number, 4 | 6>> = { 1: 4, 28: 6 };

export async function startDnsServer(): Promise<DnsServer> {
  const records = new Map<string, readonly DnsRecord[]>();
  const questions: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end } = nameIn(query);
    const family = TYPES[query.readUInt16BE(end)];
    questions.push(`${name} ${family === 6 ? 'AAAA' : 'A'}`);
    const known = records.get(name);
    const found = (known ?? []).filter(({ address }) => (address.includes(':') ? 6 : 4) === family);
    const head = Buffer.alloc(12);
    head.writeUInt16BE(query.readUInt16BE(0), 0);
    // An answer, recursion available; NXDOMAIN for a name that nobody knows.
    head.writeUInt16BE(0x8180 | (known === undefined ? 3 : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(found.length, 6);
    socket.send(Buffer.concat([head, query.subarray(12, end + 4), ...found.map(answer)]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    records,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function nameIn(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length !== 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function answer({ address, ttl }: DnsRecord): Buffer {
  const isSix = address.includes(':');
  const bytes = isSix ? sixteen(address) : Buffer.from(address.split('.').map(Number));
  const head = Buffer.alloc(12);
  // The name of the question (RFC 1035 section 4.1.4).
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(isSix ? 28 : 1, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, bytes]);
}

/** Of an address with one `::`. */
function sixteen(address: string): Buffer {
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const words = [...left, ...new Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return Buffer.from(words.map((word) => word.padStart(4, '0')).join(''), 'hex');
}
