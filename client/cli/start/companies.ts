/** The companies of the sample app: its four regions. */
export const companies = [
  { id: 'west', name: 'West' },
  { id: 'east', name: 'East' },
  { id: 'central', name: 'Central' },
  { id: 'south', name: 'South' },
] as const;

export type Company = (typeof companies)[number];

export const app = 'storefront';
export const resource = 'orders';
/** The report type that the storefront comes with (examples/sales-report.yaml). */
export const salesReport = 'sales_report';
export const connectionOf = (company: Pick<Company, 'id'>): string => `${app}-${company.id}`;
