# Windows has another line end
{
	a = 1; /* and
 tabs */
	b = "c";
}