import { z } from 'zod';

/** Where data would go, calls carry the token of the plan that a person saw. */
export const planToken = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('Token of a plan (POST /api/connections/:id/plan); needed where data would go');
