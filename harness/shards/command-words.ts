/** The command line that all shards have in common: what the report of the merged session names. */
export function commandOfAllShards(command: string): string {
  return command.replace(/ --shard(?:=| )\S+/, '');
}
