import type { JsonValue } from '../../domain/json.ts';
import { unreadableRow } from '../unreadable.ts';
import type { RowReader } from './table.ts';

/** Makes rows of lines that are one JSON object each; empty ones are passed over. */
export function createJsonReader(name: string, origin: boolean): RowReader {
  return {
    push: ({ number, text, fault }) => {
      const broken = (why: string) => [unreadableRow({ place: `${name} line ${number}`, why, text })];
      if (fault !== undefined) return broken(fault);
      if (text.trim() === '') return [];
      let value: JsonValue;
      try {
        value = JSON.parse(text) as JsonValue;
      } catch {
        return broken('it is not JSON');
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return broken('it is not a JSON object');
      return [origin ? { ...value, _file: name, _line: number } : value];
    },
    settled: () => true,
    finish: () => [],
  };
}
