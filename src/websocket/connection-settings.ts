/** What a WebSocket is told when it opens. */

/** permessage-deflate (RFC 7692). */
export interface CompressionOptions {
  /** Bytes from which a message is compressed when `send` does not say. Default 1024. */
  threshold?: number | undefined;
  /** Ask the server to compress each message by itself: less memory, larger messages. Default `false`. */
  serverNoContextTakeover?: boolean | undefined;
  /** Compress each of our messages by itself. Default `false`, unless the server asks for it. */
  clientNoContextTakeover?: boolean | undefined;
  /** Largest window of the server, 8 to 15 bits. Default: the server's choice. */
  serverMaxWindowBits?: number | undefined;
  /** Our largest window, 9 to 15 bits; `false` lets the server not limit it. Default `true`: the server may choose. */
  clientMaxWindowBits?: number | boolean | undefined;
  /** zlib's level, 0 to 9. Default zlib's, 6. */
  level?: number | undefined;
  /** zlib's memory level, 1 to 9. Default zlib's, 8. */
  memLevel?: number | undefined;
}

/** The options of `client.upgrade`, checked and complete, as the connection itself reads them. */
export interface ConnectionSettings {
  readonly protocols: readonly string[];
  readonly compression: CompressionOptions | undefined;
  readonly mask: boolean;
  /** 0 is no limit. */
  readonly maxPayload: number;
  readonly autoPong: boolean;
  readonly onPing: ((data: Uint8Array) => void) | undefined;
  /** In milliseconds; 0 is no limit. */
  readonly closeTimeout: number;
}
