package folders_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Files that are whole or nothing wait until they are.
func TestWholeFiles(t *testing.T) {
	s := newSetup(t)
	s.begin()
	packed := zipped(t, linesOf(1, 2000))
	s.write("a.json.gz", packed[:len(packed)/2])
	s.write("list.json", `[{"n":2001},{"n":`)
	s.write("t.csv", "n,text\n2003,x\n20")
	time.Sleep(100 * time.Millisecond)
	if got := values(t, s.store); len(got) > 0 {
		t.Fatalf("too early: %v", got)
	}
	s.write("a.json.gz", packed)
	s.add("list.json", `2002}]`)
	s.add("t.csv", "04,y\n")
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.write("b.json.zst", string(z.EncodeAll([]byte(linesOf(2005, 2006)), nil)))
	s.write("c.json", "{\n  \"records\": [\n    {\"n\": 2007},\n    {\"n\": 2008}\n  ]\n}\n")
	s.write("d.ndjson", "{\n  \"n\": 2009\n}\n{\n  \"n\": 2010\n}\n") // one record per line it is not
	s.want("all", numbers(1, 2010)...)
	s.rename("list.json", "renamed.json")
	s.write("copy.csv", "n,text\n2003,x\n2004,y\n")
	time.Sleep(time.Second)
	s.want("renamed and copied", numbers(1, 2010)...)
}

// What is torn is read as far as it goes, told, and continued when it is whole.
func TestTornFile(t *testing.T) {
	s := newSetup(t)
	s.begin()
	text := linesOf(1, 20000)
	packed := zipped(t, text)
	s.write("a.json.gz", packed[:len(packed)/2])
	s.wantLog("torn gzip stream")
	s.write("a.json.gz", packed)
	s.want("mended", numbers(1, 20000)...)
}

// Values of one column that come in several types at once go to one table.
func TestFilesThatDiffer(t *testing.T) {
	s := newSetup(t)
	s.table = "T"
	for i := range 40 {
		s.write(fmt.Sprintf("%d.jsonl", i), fmt.Sprintf("{\"n\":%d,\"c%d\":%s}\n", i, i%5, []string{"1", `"x"`, "true", "1.5"}[i%4]))
	}
	s.begin()
	s.want("all", numbers(0, 39)...)
}
