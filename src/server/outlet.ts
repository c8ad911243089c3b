/** The way back to one client, as the work for it sees it. */
export interface Outlet<Event> {
  event(event: Event): void;
  /** Undefined where more may be sent at once; else resolves when it may, or when the client is gone. */
  room(): Promise<void> | undefined;
  /** How much text waits to be spoken, UTF-16 units: so much that nothing more should be read, or less again. */
  waiting(chars: number): void;
  /** Ends the connection with a WebSocket close code. Stops the work first. */
  hangUp(code: number, reason: string): void;
}
