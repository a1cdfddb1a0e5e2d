# first
/* second */ # third
{ # fourth
  a /* fifth */ . /**/ b = /* sixth
  */ 1; #
} # seventh
/***/