import { callRoute } from '../call.ts';

/** Only in Processing Error (17); who and why stay on the timeline. */
export const skipSession = callRoute('skip', 'Go on without the failed substage');
