/** HTTP Archive 1.2, as far as it is written and read here: one format for export, for cassettes and for viewers. */

export interface HarPair {
  name: string;
  value: string;
}

export interface HarCookie extends HarPair {
  path?: string;
  domain?: string;
  httpOnly?: boolean;
  secure?: boolean;
}

export interface HarPostData {
  mimeType: string;
  text: string;
  /** `base64` for a body that is no text. HAR has no member for it. */
  _encoding?: 'base64';
}

export interface HarRequest {
  method: string;
  url: string;
  httpVersion: string;
  cookies: HarCookie[];
  headers: HarPair[];
  queryString: HarPair[];
  postData?: HarPostData;
  headersSize: number;
  bodySize: number;
}

export interface HarContent {
  /** Bytes of the decoded body. */
  size: number;
  /** How many bytes a content coding saved. */
  compression?: number;
  mimeType: string;
  text?: string;
  encoding?: 'base64';
  comment?: string;
  /** The text is the body as it was sent, still under its `Content-Encoding`. */
  _coded?: boolean;
  /** The text is the beginning of the body: its reader left before the end. */
  _part?: boolean;
}

export interface HarResponse {
  /** 0 when no answer came. */
  status: number;
  statusText: string;
  httpVersion: string;
  cookies: HarCookie[];
  headers: HarPair[];
  content: HarContent;
  redirectURL: string;
  headersSize: number;
  bodySize: number;
  /** Fields behind the body. */
  _trailers?: HarPair[];
  /** The code of the failure, where browsers have theirs. */
  _error?: string;
}

/** Milliseconds; -1 for what did not happen, or was not measured. `connect` has `ssl` in it. */
export interface HarTimings {
  blocked: number;
  dns: number;
  connect: number;
  ssl: number;
  send: number;
  wait: number;
  receive: number;
}

/** What is kept of a `TransferError`. */
export interface HarError {
  name: string;
  message: string;
  code: string;
  phase?: string;
  errno?: number;
}

export interface HarEntry {
  /** ISO 8601. */
  startedDateTime: string;
  /** Milliseconds, the sum of the timings. */
  time: number;
  request: HarRequest;
  response: HarResponse;
  cache: Record<string, never>;
  timings: HarTimings;
  /** Which attempt of its call it was, from 1. */
  _attempt: number;
  /** How many redirects its call had followed. */
  _hop: number;
  /** The handler that sent it, such as `undici`. */
  _handler?: string;
  _error?: HarError;
}

export interface HarLog {
  version: '1.2';
  creator: { name: string; version: string };
  entries: HarEntry[];
}

export interface Har {
  log: HarLog;
}
