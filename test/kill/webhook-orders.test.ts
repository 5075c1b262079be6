import { everyOrder } from '../session/hook-orders.ts';
import { describeKilledBetween } from './webhook-orders.ts';

describeKilledBetween(1, everyOrder(1));
