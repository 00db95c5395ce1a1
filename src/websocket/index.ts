/** WebSocket over the same stack as every request: what `client.upgrade` resolves to, and what its options are. */
export { handOver, type SwitchedConnection, upgradeHandler } from '../handlers/node/upgrade.ts';
export type { CloseOutcome } from './closing.ts';
export { type UpgradeOptions, WebSocketConnection } from './connection.ts';
export type { CompressionOptions } from './connection-settings.ts';
export type { WebSocketMessage } from './inbox.ts';
export type { MessageData, SendOptions } from './outbox.ts';
export type { WaitOptions } from './wait.ts';
