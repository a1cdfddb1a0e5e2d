package upstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// jsonFault is what is wrong with a file that should be JSON of some form, in words that name nothing of this program.
func jsonFault(err error) error {
	var mistyped *json.UnmarshalTypeError
	var malformed *json.SyntaxError
	switch {
	case errors.As(err, &mistyped):
		due := "another value"
		switch mistyped.Type.Kind() {
		case reflect.String:
			due = "text"
		case reflect.Map, reflect.Struct:
			due = "an object"
		}
		return fmt.Errorf("it has %s where %s is due", jsonName(mistyped.Value), due)
	case errors.As(err, &malformed) && malformed.Error() == "unexpected end of JSON input":
		return errors.New("it ends too early")
	}
	return err
}

// jsonName names a value of the kind that encoding/json reports; a number comes with its digits.
func jsonName(kind string) string {
	kind, _, _ = strings.Cut(kind, " ")
	switch kind {
	case "array":
		return "a list"
	case "bool":
		return "true or false"
	case "object":
		return "an object"
	case "string":
		return "text"
	}
	return "a number"
}
