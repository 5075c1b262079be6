/** How large a history is. */
export interface HistorySize {
  readonly events: number;
  /** Of one payload, metadata included. */
  readonly greatestPayloadBytes: number;
}

/** A history as the engine gives it; what is measured is found by its form alone. */
export interface MeasuredHistory {
  readonly events?: readonly unknown[] | null;
}

/** Counts the events of a history and finds its greatest payload: arguments, results, details, memo, attributes. */
export function measureHistory(history: MeasuredHistory): HistorySize {
  const events = history.events ?? [];
  return { events: events.length, greatestPayloadBytes: greatestPayload(events) };
}

/** Events that a session without faults may have, whatever the number of its rows (design, section 4). */
export const eventsGoal = (resources: number): number => 100 + 15 * resources;
export const payloadGoalBytes = 16 * 1024;

function greatestPayload(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0;
  const { data, metadata } = value as { data?: unknown; metadata?: unknown };
  if (data instanceof Uint8Array && typeof metadata === 'object' && metadata !== null) {
    const entries = Object.entries(metadata as Record<string, Uint8Array>);
    return entries.reduce((sum, [name, bytes]) => sum + name.length + bytes.length, data.length);
  }
  return Math.max(0, ...Object.values(value).map(greatestPayload));
}
