/* The least that one would ask of DTrace here: who binds and closes what. A line for each edge, counted. */
#pragma D option quiet

syscall::bind:entry, syscall::close:entry
/pid == $target || progenyof($target)/
{
	printf("%d %d E %s %d\n", timestamp, tid, probefunc, arg0);
	@lines = count();
}

syscall::bind:return, syscall::close:return
/pid == $target || progenyof($target)/
{
	printf("%d %d R %s %d\n", timestamp, tid, probefunc, arg1);
	@lines = count();
}

END { printa("@TOLD %@d\n", @lines); }
