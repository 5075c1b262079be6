import { describeKilledDeliveries } from '../kill/sync-killed.ts';

describeKilledDeliveries(Array.from({ length: 20 }, (_, index) => index + 5));
