import type { Me } from './api/types';

/** To whom a place is of use: people with one of the roles and with the permission; without either, everybody. */
export interface ForWhom {
  roles?: readonly string[];
  permission?: string;
}

export function isFor(me: Me, place: ForWhom): boolean {
  return (
    (!place.roles || place.roles.some((role) => me.roles.includes(role))) &&
    (!place.permission || me.permissions.includes(place.permission))
  );
}
