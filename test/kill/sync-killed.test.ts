import { describeKilledDeliveries } from './sync-killed.ts';

describeKilledDeliveries([1, 2]);
