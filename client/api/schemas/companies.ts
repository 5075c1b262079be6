import { z } from 'zod';
import { slug, time } from './common.ts';

export const companyParams = z.object({ id: slug.describe('Company id').meta({ examples: ['acme'] }) });
export const companyBody = z
  .strictObject({ id: slug, name: z.string().trim().min(1).max(200) })
  .meta({ examples: [{ id: 'acme', name: 'Acme Ltd' }] });
export const company = z.object({ id: slug, name: z.string(), createdAt: time });
export const companyList = z.object({ companies: z.array(company) });

export type Company = z.infer<typeof company>;
export type CompanyBody = z.infer<typeof companyBody>;
