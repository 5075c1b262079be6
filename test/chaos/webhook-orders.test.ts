import { describeKilledBetween } from '../kill/webhook-orders.ts';
import { everyOrder } from '../session/hook-orders.ts';

/** More sessions side by side than a small machine can carry through a phase in its time. */
const sideBySide = 15;
const orders = everyOrder(2);

for (let start = 0; start < orders.length; start += sideBySide)
  describeKilledBetween(2, orders.slice(start, start + sideBySide));
