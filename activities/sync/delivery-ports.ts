import type { DestinationAllowance, DestinationDriver } from '../../destinations/contract.ts';
import { destinationDrivers } from '../../destinations/index.ts';
import type { DestinationKind } from '../../domain/delivery.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { SyncDurations } from '../../domain/sync-contracts.ts';
import type { Egress } from '../../platform/egress.ts';
import type { Stores } from '../../stores/open.ts';
import type { DeliveryPorts } from '../ports.ts';

/** What delivering is made from. */
export interface DeliveryOptions {
  readonly egress: Egress;
  readonly stores: Pick<Stores, 'limiter'>;
  readonly allow: DestinationAllowance;
  readonly durations?: SyncDurations;
  /** @default every kind that there is */
  readonly drivers?: Readonly<Partial<Record<DestinationKind, DestinationDriver>>>;
}

/** Makes the drivers with what they work with. */
export function createDeliveryPorts(options: DeliveryOptions): DeliveryPorts {
  const { egress, stores, allow, durations, drivers = destinationDrivers } = options;
  return {
    driver: (kind) => {
      const found = drivers[kind];
      if (found === undefined)
        throw new TributaryError('DESTINATION_GONE', `This program does not deliver to "${kind}".`);
      return found;
    },
    context: { egress, turn: stores.limiter.takeTurn, allow, now: () => new Date() },
    ...(durations === undefined ? {} : { durations }),
  };
}
