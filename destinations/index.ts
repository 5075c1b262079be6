import type { DestinationKind } from '../domain/delivery.ts';
import { airtable } from './airtable/index.ts';
import type { DestinationDriver } from './contract.ts';
import { file } from './file/index.ts';
import { http } from './http/index.ts';
import { mongodb } from './mongodb/index.ts';
import { singer } from './singer/index.ts';

/** Every kind of destination. */
export const destinationDrivers: Readonly<Record<DestinationKind, DestinationDriver>> = {
  mongodb,
  airtable,
  http,
  file,
  singer,
};
