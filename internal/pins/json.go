package pins

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// decode reads JSON. What is wrong with it is said in words that name nothing of this program; is is what it should be.
func decode(content []byte, into any, is string) error {
	err := json.Unmarshal(content, into)
	var mistyped *json.UnmarshalTypeError
	var malformed *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &mistyped):
		due := "an object"
		if mistyped.Type.Kind() == reflect.String {
			due = "text"
		}
		kind, _, _ := strings.Cut(mistyped.Value, " ") // a number comes with its digits
		err = fmt.Errorf("it has %s where %s is expected", cmp.Or(jsonKinds[kind], "a number"), due)
	case errors.As(err, &malformed) && malformed.Error() == "unexpected end of JSON input":
		err = errors.New("it ends too early")
	}
	return fmt.Errorf("is not %s: %w", is, err)
}

// jsonKinds names the kinds of values as encoding/json reports them.
var jsonKinds = map[string]string{"array": "a list", "bool": "true or false", "object": "an object", "string": "text"}

// decodeLoosely reads the fields of an object that have the right type. It is false for what is no JSON.
func decodeLoosely(content []byte, into any) bool {
	var mistyped *json.UnmarshalTypeError
	err := json.Unmarshal(content, into)
	return err == nil || errors.As(err, &mistyped)
}
