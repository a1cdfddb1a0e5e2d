{ lib, newScope }:
# type here
lib.makeScope newScope (self: {
  som = "orin-nx";
  overlay = final: prev: { wheels = prev.wheels.override { som = "orin-nx"; }; };
})
