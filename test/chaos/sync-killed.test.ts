import { describeKilledDeliveries } from '../kill/sync-killed.ts';

describeKilledDeliveries(Array.from({ length: 22 }, (_, index) => index + 3));
