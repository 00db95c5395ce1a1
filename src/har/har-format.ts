/** HTTP Archive 1.2, as far as it is written and read here: one format for export, for cassettes and for viewers. */

export interface HarPair {
  /** The name, as it was sent. */
  name: string;
  /** The value, secrets masked. */
  value: string;
}

/** A cookie in an archive. */
export interface HarCookie extends HarPair {
  /** As the server said. */
  path?: string;
  /** As the server said. */
  domain?: string;
  /** As the server said. */
  httpOnly?: boolean;
  /** As the server said. */
  secure?: boolean;
}

/** A request's body in an archive. */
export interface HarPostData {
  /** The `Content-Type`. */
  mimeType: string;
  /** The body, where bodies are kept. */
  text: string;
  /** `base64` for a body that is no text. HAR has no member for it. */
  _encoding?: 'base64';
}

/** A request in an archive, secrets masked. */
export interface HarRequest {
  /** As it was sent. */
  method: string;
  /** Secrets masked. */
  url: string;
  /** Such as `HTTP/1.1`. */
  httpVersion: string;
  /** Values masked. */
  cookies: HarCookie[];
  /** In their order. */
  headers: HarPair[];
  /** The query, name by name. */
  queryString: HarPair[];
  /** The body, if there was one. */
  postData?: HarPostData;
  /** -1: it is not known. */
  headersSize: number;
  /** Bytes, -1 where it is not known. */
  bodySize: number;
}

/** A response's body in an archive. */
export interface HarContent {
  /** Bytes of the decoded body. */
  size: number;
  /** How many bytes a content coding saved. */
  compression?: number;
  /** The `Content-Type`. */
  mimeType: string;
  /** The body, where bodies are kept. */
  text?: string;
  /** `base64` for what is no text. */
  encoding?: 'base64';
  /** Why there is no text. */
  comment?: string;
  /** The text is the body as it was sent, still under its `Content-Encoding`. */
  _coded?: boolean;
  /** The text is the beginning of the body: its reader left before the end. */
  _part?: boolean;
}

/** A response in an archive, secrets masked. */
export interface HarResponse {
  /** 0 when no answer came. */
  status: number;
  /** The reason phrase. */
  statusText: string;
  /** Such as `HTTP/1.1`. */
  httpVersion: string;
  /** Values masked. */
  cookies: HarCookie[];
  /** In their order. */
  headers: HarPair[];
  /** The body, decoded. */
  content: HarContent;
  /** The `Location`, `''` without one. */
  redirectURL: string;
  /** -1: it is not known. */
  headersSize: number;
  /** Bytes that came, -1 where it is not known. */
  bodySize: number;
  /** Fields behind the body. */
  _trailers?: HarPair[];
  /** The code of the failure, where browsers have theirs. */
  _error?: string;
}

/** Milliseconds; -1 for what did not happen, or was not measured. `connect` has `ssl` in it. */
export interface HarTimings {
  /** Waiting for a connection. */
  blocked: number;
  /** Resolving the name. */
  dns: number;
  /** TCP and TLS. */
  connect: number;
  /** TLS alone. */
  ssl: number;
  /** Writing the request. */
  send: number;
  /** Until the first byte of the answer. */
  wait: number;
  /** Until the end of the body. */
  receive: number;
}

/** What is kept of a `TransferError`. */
export interface HarError {
  /** The class. */
  name: string;
  /** The message, secrets masked. */
  message: string;
  /** The code, `ERR_...`. */
  code: string;
  /** Of a timeout, which wait it was. */
  phase?: string;
  /** The system's number, where there is one. */
  errno?: number;
}

/** One request with its answer in an archive. */
export interface HarEntry {
  /** ISO 8601. */
  startedDateTime: string;
  /** Milliseconds, the sum of the timings. */
  time: number;
  /** What was sent. */
  request: HarRequest;
  /** What came back. */
  response: HarResponse;
  /** Empty: answers of a cache are no entries. */
  cache: Record<string, never>;
  /** Milliseconds of each phase. */
  timings: HarTimings;
  /** The number of its call within the archive, from 1: hops, attempts and answered challenges of one call share it. */
  _call?: number;
  /** Which attempt of its call it was, from 1. */
  _attempt: number;
  /** How many redirects its call had followed. */
  _hop: number;
  /** The handler that sent it, such as `undici`. */
  _handler?: string;
  /** What the request failed with, if it did. */
  _error?: HarError;
}

/** The entries of an archive, and who wrote it. */
export interface HarLog {
  /** Of the format: `1.2`. */
  version: '1.2';
  /** This package and its version. */
  creator: { name: string; version: string };
  /** In the order in which the requests began. */
  entries: HarEntry[];
}

/** An archive as it is written (HAR 1.2). */
export interface Har {
  /** All there is. */
  log: HarLog;
}
