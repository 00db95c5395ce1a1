/**
 * The store in a SQLite database, which several processes may share. It uses Node's own module, loaded when a cache is
 * made.
 */
import { builtin, needBuiltin } from '../../runtime/platform.ts';
import { type CacheEntry, type CacheStore, StoreBusyError } from '../entry.ts';
import { type CacheSettings, type HttpCache, makeCache } from '../make-cache.ts';
import { decodeParts, encodeParts } from './entry-codec.ts';

interface Statement {
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): unknown;
}

interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

interface SqliteModule {
  DatabaseSync: new (path: string) => Database;
}

interface Opened {
  readonly get: Statement;
  readonly set: Statement;
  readonly delete: Statement;
  readonly keys: Statement;
}

/**
 * Milliseconds for which another process may hold the database: this one stands still meanwhile, as the module is
 * synchronous.
 */
const BUSY = 50;
/** Hexadecimal digits of the digest in front of a head. */
const DIGEST = 64;
/** SQLite's own numbers, `SQLITE_BUSY` and `SQLITE_LOCKED`, with what extends them above. */
const BUSY_CODES: ReadonlySet<number> = new Set([5, 6]);

export class SqliteStore implements CacheStore {
  readonly #module: SqliteModule;
  readonly #path: string;
  #opened: Opened | undefined;

  constructor(path: string) {
    if (typeof path !== 'string' || path === '') {
      throw new TypeError('a SQLite cache needs the path of its database, such as sqliteCache("./cache.db")');
    }
    const module = builtin<SqliteModule>('node:sqlite');
    if (module === undefined) {
      throw new TypeError(
        'sqliteCache needs node:sqlite, which this runtime does not have: Node 22.13 is the first with it. fileCache is for all',
      );
    }
    this.#module = module;
    this.#path = path;
  }

  get(key: string): CacheEntry | undefined {
    const row = this.#run(({ get }) => get.get(key)) as { head: string; body: Uint8Array } | undefined;
    if (row === undefined) return undefined;
    try {
      const head = row.head.slice(DIGEST);
      if (digestOf(head, row.body) !== row.head.slice(0, DIGEST)) {
        throw new Error('its bytes are not those that were written');
      }
      return decodeParts(key, { head, body: row.body });
    } catch (cause) {
      this.delete(key);
      throw new Error(`an entry of the cache ${this.#path} was damaged and is gone: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  set(key: string, entry: CacheEntry): void {
    const { head, body } = encodeParts(key, entry);
    this.#run(({ set }) => set.run(key, digestOf(head, body) + head, body));
  }

  delete(key: string): void {
    this.#run((opened) => opened.delete.run(key));
  }

  keys(prefix: string): string[] {
    // Not LIKE: its wildcards may stand in a URL.
    const rows = this.#run((opened) => opened.keys.all(prefix, prefix)) as { key: string }[];
    return rows.map(({ key }) => key);
  }

  /** @throws StoreBusyError where another process holds the database */
  #run<T>(query: (opened: Opened) => T): T {
    try {
      return query(this.#open());
    } catch (cause) {
      throw isBusy(cause)
        ? new StoreBusyError(`the cache database ${this.#path} is held by another process`, { cause })
        : cause;
    }
  }

  /** With the first use: a database that cannot be opened is a failure of each, and told. */
  #open(): Opened {
    if (this.#opened !== undefined) return this.#opened;
    let database: Database | undefined;
    try {
      makeOwn(this.#path);
      database = new this.#module.DatabaseSync(this.#path);
      database.exec(`PRAGMA busy_timeout = ${BUSY}`);
      database.exec('PRAGMA journal_mode = WAL');
      database.exec('PRAGMA synchronous = NORMAL');
      database.exec(
        'CREATE TABLE IF NOT EXISTS sluice_cache (key TEXT PRIMARY KEY, head TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID',
      );
      this.#opened = {
        get: database.prepare('SELECT head, body FROM sluice_cache WHERE key = ?'),
        // Node 22 and newer bind the bytes of an empty ArrayBuffer as NULL.
        set: database.prepare("INSERT OR REPLACE INTO sluice_cache (key, head, body) VALUES (?, ?, coalesce(?, x''))"),
        delete: database.prepare('DELETE FROM sluice_cache WHERE key = ?'),
        keys: database.prepare(`SELECT key FROM sluice_cache WHERE key >= ? AND key < ? || char(1114111)`),
      };
      return this.#opened;
    } catch (cause) {
      database?.close();
      if (isBusy(cause)) throw cause;
      throw new Error(
        `the cache database ${this.#path} cannot be used: ${(cause as Error).message}; move it away to begin anew`,
        { cause },
      );
    }
  }
}

/** A new database is for its owner alone, and so are the files that SQLite puts beside it, which take its mode. */
function makeOwn(path: string): void {
  // Names that SQLite reads as something other than the path of a file.
  if (path === ':memory:' || path.startsWith('file:')) return;
  const { closeSync, existsSync, openSync } = needBuiltin<typeof import('node:fs')>('node:fs', 'sqliteCache');
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

/** Over the head and the body, told apart by a byte that no head has. */
function digestOf(head: string, body: Uint8Array): string {
  const { createHash } = needBuiltin<typeof import('node:crypto')>('node:crypto', 'sqliteCache');
  return createHash('sha256').update(head).update('\0').update(body).digest('hex');
}

function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' && BUSY_CODES.has(errcode & 0xff);
}

/**
 * A cache in a SQLite database, made with its first use, for its owner alone; one that is there keeps its mode. `':memory:'`
 * is one in memory. While another process writes, nothing is stored: this is told, and tried again after a second.
 * @throws TypeError without a path, and where Node has no `node:sqlite`
 */
export function sqliteCache(path: string, settings?: CacheSettings): HttpCache {
  return makeCache(new SqliteStore(path), settings);
}
