import { zoneOffset } from '../../../domain/zones.ts';

/** The day that a calendar of the zone shows, YYYY-MM-DD. @throws {RangeError} for a zone that there is not */
export const dayIn = (timeZone: string, at: Date): string =>
  new Date(at.getTime() + zoneOffset(timeZone)(at.getTime())).toISOString().slice(0, 10);
