/** Where the picture of a version of a process is. */
export function diagramPath(process: string, version: number): string {
  return `/v1/processes/${process}/versions/${version}/diagram`;
}
