import type { Me } from './api/types';

/** To whom a place is of use: people with one of the roles and one of the permissions; without either, everybody. */
export interface ForWhom {
  roles?: readonly string[];
  permission?: string | readonly string[];
}

export function isFor(me: Me, place: ForWhom): boolean {
  return (
    (!place.roles || place.roles.some((role) => me.roles.includes(role))) &&
    (!place.permission || [place.permission].flat().some((one) => me.permissions.includes(one)))
  );
}
