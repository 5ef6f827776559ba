/* The pages of the console, one an entry: where it is, what it is called, who may see it, and its file, loaded when it is
   opened. A page finds its own way below its path (wouter's nested routes). */

import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { Key } from '../shared/i18n';
import type { ForWhom } from '../shared/places';

export interface Page extends ForWhom {
  path: string;
  title: Key;
  group: Group;
  Body: LazyExoticComponent<ComponentType>;
}

export const GROUPS = {
  bank: 'console.groupBank',
  processes: 'console.groupProcesses',
  house: 'console.groupHouse',
} as const satisfies Record<string, Key>;
export type Group = keyof typeof GROUPS;

export const PAGES: readonly Page[] = [
  {
    path: '/overview',
    title: 'console.overview',
    group: 'bank',
    permission: 'overview_read',
    Body: lazy(() => import('./bank/Overview')),
  },
  {
    path: '/days',
    title: 'console.days',
    group: 'bank',
    permission: 'overview_read',
    Body: lazy(() => import('./bank/Days')),
  },
  {
    path: '/reports',
    title: 'console.reports',
    group: 'bank',
    permission: 'report_read',
    Body: lazy(() => import('./bank/Reports')),
  },
  {
    path: '/products',
    title: 'console.products',
    group: 'bank',
    permission: 'product_read',
    Body: lazy(() => import('./bank/Products')),
  },
  {
    path: '/rates',
    title: 'console.rates',
    group: 'bank',
    permission: 'product_read',
    Body: lazy(() => import('./bank/Rates')),
  },
  {
    path: '/staff',
    title: 'console.staff',
    group: 'house',
    permission: 'staff_manage',
    Body: lazy(() => import('./house/Staff')),
  },
  {
    path: '/roles',
    title: 'console.roles',
    group: 'house',
    permission: ['staff_manage', 'overview_read'],
    Body: lazy(() => import('./house/Roles')),
  },
  {
    path: '/audit',
    title: 'console.audit',
    group: 'house',
    permission: 'audit_read',
    Body: lazy(() => import('./house/Audit')),
  },
  {
    path: '/processes',
    title: 'processes.definitions',
    group: 'processes',
    permission: 'process_read',
    Body: lazy(() => import('./processes/Definitions')),
  },
  {
    path: '/cases',
    title: 'processes.cases',
    group: 'processes',
    permission: 'case_read',
    Body: lazy(() => import('./processes/Cases')),
  },
  {
    path: '/incidents',
    title: 'processes.incidents',
    group: 'processes',
    permission: 'incident_manage',
    Body: lazy(() => import('./processes/Incidents')),
  },
  {
    path: '/parameters',
    title: 'processes.parameters',
    group: 'processes',
    permission: 'process_read',
    Body: lazy(() => import('./processes/Parameters')),
  },
];
