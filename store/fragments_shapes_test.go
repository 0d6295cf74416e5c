package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// shapes are queries of each form of which something is kept, by what they are about.
var shapes = map[string]string{
	"filter and project":         "Events | where TimeGenerated > ago(30m) and N % 3 == 1 | project TimeGenerated, Name = strcat(User, '-', N), N % 10",
	"filter, extend, filter":     "Events | where TimeGenerated > ago(30m) | extend User = toupper(User), Third = N % 3 | where Third == 0 and User startswith 'A' | project-away Third",
	"kept below what is not":     "Events | where TimeGenerated > ago(30m) and N % 5 == 1 | extend Age = now() - TimeGenerated | summarize max(Age), count()",
	"the same, all columns":      "Events | where TimeGenerated > ago(30m) and N % 5 == 1 | extend Age = now() - TimeGenerated | project Age, N",
	"parse":                      "Events | where TimeGenerated > ago(40m) | parse Text with 'user=' Who ' n=' Num:long | where Num % 4 == 1 | project Num, Who",
	"parse-where":                "Events | where TimeGenerated > ago(40m) | parse-where Text with * 'n=' Num:long ' odd' | project Num, TimeGenerated",
	"parse, summarized":          "Events | where TimeGenerated > ago(40m) | parse kind=regex Text with 'user=' Who ' n=' | summarize count(), min(N) by Who",
	"parse-kv, summarized":       "Events | where TimeGenerated > ago(40m) | parse-kv Text as (user: string, n: long) with (pair_delimiter=' ', kv_delimiter='=') | summarize dcount(n), max(n) by user",
	"mv-expand":                  "Events | where TimeGenerated > ago(40m) and N % 7 == 2 | mv-expand Item = Props.list to typeof(long) | where Item % 2 == 0 | project N, Item",
	"mv-expand, summarized":      "Events | where TimeGenerated > ago(40m) | mv-expand Key = pack_array(User, tostring(N % 3)) to typeof(string) | summarize count(), max(TimeGenerated) by Key",
	"mv-expand, index":           "Events | where N % 11 == 0 | mv-expand with_itemindex=At Props.list to typeof(long) limit 2 | summarize make_list(N, 30) by At",
	"make-series":                "Events | where TimeGenerated > ago(40m) | make-series count(), max(N) default=-1 on TimeGenerated from ago(40m) to now() step 1m by User",
	"make-series, no bounds":     "Events | where N % 2 == 1 | make-series n = count() on TimeGenerated step 3m by User",
	"make-series, even bounds":   "Events | make-series kind=nonempty dcount(N) on TimeGenerated from bin(ago(35m), 5m) to bin(now(), 5m) step 5m",
	"make-series in range":       "Events | where N % 3 == 1 | make-series sum(N) default=0 on TimeGenerated in range(bin(ago(30m), 1m), bin(now(), 1m), 2m) by User",
	"make-series of another":     "Events | where TimeGenerated > ago(40m) | extend At = TimeGenerated - 30s | make-series count() on At from bin(ago(20m), 1m) to bin(ago(1m), 1m) step 1m by User",
	"make-series of numbers":     "Events | where TimeGenerated > ago(40m) | make-series count() on N from 100 to 2000 step 50 by User",
	"make-series of a union":     "union Events, Other | make-series count() default=0 on TimeGenerated from bin(ago(35m), 5m) to bin(now(), 5m) step 5m by User",
	"some value, bags and lists": "Events | where N % 2 == 0 | summarize take_any(N), make_bag(bag_pack(User, N)), makelist(N, 12), take_anyif(Text, N % 3 == 0) by User",
	"union, counted":             "union Events, Other | where TimeGenerated > ago(45m) | count",
	"union, summarized":          "union (Events | where N % 2 == 0), (Other | extend User = strcat(User, '!')) | where TimeGenerated > ago(45m) | summarize count(), min(N), arg_max(TimeGenerated, N) by User",
	"union with its source":      "union withsource=From Events, Other | where TimeGenerated between (ago(45m) .. ago(3m)) | extend Even = N % 2 == 0 | summarize take_any(User), dcount(N) by From, Even",
	"union, distinct":            "union Events, (Other | where N % 3 == 0) | where TimeGenerated > ago(45m) | distinct User, N % 5",
	"union with constants":       "union (Events | project User, N), (print User = 'ada', N = 1) | summarize n = count(), list = make_list(N, 15) by User",
	"union with what is not":     "union (Events | project User, N, TimeGenerated), (Other | top 3 by N | project User, N, TimeGenerated) | where TimeGenerated > ago(45m) | summarize count(), max(N) by User",
	"union, top":                 "union Events, Other | where TimeGenerated > ago(45m) and N % 4 == 2 | project N, User, TimeGenerated | order by N desc, TimeGenerated asc | take 7",
	"union of unions":            "union (union Events, Other | where N % 2 == 1), Other | where TimeGenerated > ago(45m) | summarize count() by User, minute = bin(TimeGenerated, 5m) | order by User asc, minute asc",
	"join of what is kept":       "Events | where TimeGenerated > ago(30m) and N % 6 == 1 | project N, User | join kind=inner (Other | where N % 4 == 1 | summarize Most = max(N) by User) on User | project N, Most",
	"filter by a list":           "let few = datatable(User: string) ['ada', 'cleo']; Events | where TimeGenerated > ago(30m) | where User in (few) and N % 2 == 0 | summarize count(), max(N) by User, N % 3",
	"lookup in constants":        "let names = datatable(User: string, Team: string) ['ada', 'red', 'bob', 'blue']; Events | where TimeGenerated > ago(30m) and N % 2 == 0 | lookup names on User | summarize count() by Team",
	"joins with constants": "let names = datatable(User: string, Team: string, Low: decimal) ['ada', 'red', 1.5, 'bob', 'blue', 2.5, 'ada', 'green', 3.5]; Events | where TimeGenerated > ago(30m) " +
		"| join kind=inner (names | where Team != 'green') on User | summarize count(), list = make_list(N, 9), max(Low) by Team",
	"outer join with constants": "let names = datatable(Who: string, Team: string) ['ada', 'red', 'bob', 'blue']; Events | where TimeGenerated > ago(30m) and N % 2 == 0 " +
		"| join kind=leftouter names on $left.User == $right.Who | extend Team = iff(isempty(Team), 'none', Team) | project N, Team, Who",
	"anti join with constants":   "Events | where TimeGenerated > ago(30m) | join kind=leftanti (print User = 'ada') on User | where N % 3 == 0 | summarize count(), make_set(N % 9) by User",
	"semi join with constants":   "Events | where TimeGenerated > ago(30m) | extend Third = N % 3 | join kind=leftsemi (datatable(User: string, N2: long) ['bob', 1, 'cleo', 2] | extend K = N2 % 2) on $left.User == $right.User, $left.Third == $right.K | project N",
	"case, iff and regex":        "Events | where TimeGenerated > ago(30m) | extend Kind = case(N % 5 == 0, 'five', N % 3 == 0, 'three', extract('([a-z]+)', 1, User)) | where Kind != 'three' | summarize count(), make_set(User) by Kind",
	"hidden columns":             "Events | where _TimeReceived > ago(2h) and N % 9 == 4 | project N, _TimeReceived",
	"top":                        "Events | where TimeGenerated > ago(40m) | extend M = N % 7 | order by M desc, User asc | take 5",
	"top of all, nulls and ties": "Events | extend M = iff(N % 3 == 0, long(null), N % 2) | top 9 by M asc nulls first | project N, M",
	"top of few":                 "Events | where User == 'bob' and N % 5 == 0 | top 400 by TimeGenerated desc | summarize count(), max(N), make_list(N, 3)",
	"top, joined":                "Events | where TimeGenerated > ago(20m) | top 3 by N desc | join kind=inner (Other | top 50 by N desc | project N, Name = User) on N | project N, Name | sort by N asc",
	"decimals":                   "Events | extend D = todecimal(N) | where D % decimal(5.0) == decimal(2) | summarize count(), sum(D * decimal(1.5)) by User",
	"nothing found in the parts": "Events | where TimeGenerated > ago(40m) and User == 'nobody' | extend X = strcat(User, N) | where X != ''",
}

var shapeSchema = types.NewSchema(append([]types.Column{{Name: "Text", Type: types.String}}, eventSchema.Columns...)...)

// shapeRows are events with a text to parse.
func shapeRows(table string, from, to int) Rows {
	rows := events(from, to)
	n, users := column.FlatVec[int64](rows.Raw(eventSchema.Index("N"))), column.ViewOf[string](column.Flat(rows.Raw(eventSchema.Index("User"))))
	texts, props := make([]string, rows.Len()), make([]dynamic.Value, rows.Len())
	for i, v := range n.Vals {
		texts[i] = fmt.Sprintf("user=%s n=%d%s", users.At(i), v, []string{"", " odd"}[v%2])
		props[i] = dynamic.FromText(fmt.Sprintf(`{"n":%d,"list":[%d,%d,%d]}`, v, v, v+1, v%4))
	}
	cols := []column.Column{column.NewVec(types.String, texts, nil)}
	for i, c := range eventSchema.Columns {
		if c.Name == "Props" {
			cols = append(cols, column.NewVec(types.Dynamic, props, nil))
			continue
		}
		cols = append(cols, rows.Raw(i))
	}
	return Rows{Table: table, Schema: shapeSchema, Rows: column.NewBatch(rows.Len(), cols)}
}

// TestFragmentsOfShapes asks queries of all forms again and again while two tables
// grow, get columns and lose some, are compacted, purged and shortened, with room for
// everything and with so little that most of what is kept goes again.
func TestFragmentsOfShapes(t *testing.T) {
	t.Run("room", func(t *testing.T) { fragmentsOfShapes(t, 0, 9, 20) })
	t.Run("little room", func(t *testing.T) { fragmentsOfShapes(t, 60_000, 5, 0) })
}

func fragmentsOfShapes(t *testing.T, room int64, rounds int, least int64) {
	r := rand.New(rand.NewPCG(3, uint64(room)))
	now := start
	s := open(t, t.TempDir(), Options{idle: true, SegmentRows: 3200, FragmentBytes: room, Now: func() time.Time { return now }})
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	kept, rows := map[string]int64{}, 0
	for round := range rounds {
		for range 1 + r.IntN(3) {
			n := 40 + r.IntN(150)
			mustAppend(t, s, Batch{Rows: []Rows{shapeRows("Events", rows, rows+n), shapeRows("Other", rows, rows+n/3)}})
			rows += n
			if r.IntN(3) > 0 {
				if err := s.Seal(); err != nil {
					t.Fatal(err)
				}
			}
		}
		now = start.Add(time.Duration(rows) * time.Second)
		if err := disturb(t, s, round, rows); err != nil {
			t.Fatal(err)
		}
		for shape, text := range shapes {
			for i := range 3 {
				at := now.Add(time.Duration(i*7) * time.Second)
				with, n := answersOver(t, engine, s.Snapshot(), text, at, true)
				without, _ := answersOver(t, engine, s.Snapshot(), text, at, false)
				kept[shape] += n
				if with != without {
					t.Fatalf("round %d, %s: %s\nwith what is kept:\n%s\nwithout:\n%s", round, shape, text, with, without)
				}
			}
		}
	}
	for shape, text := range shapes {
		if kept[shape] < least {
			t.Errorf("%s: only %d parts were taken from what is kept: %s", shape, kept[shape], text)
		}
	}
	s.fragments.mu.Lock()
	defer s.fragments.mu.Unlock()
	if s.fragments.bytes > s.fragments.limit {
		t.Errorf("%d bytes are kept, more than %d", s.fragments.bytes, s.fragments.limit)
	}
}

// disturb changes what parts there are.
func disturb(t *testing.T, s *Store, round, rows int) error {
	switch round % 6 {
	case 1:
		return s.Compact("Events")
	case 2: // rows come with a column that is new
		more := shapeRows("Events", rows, rows+20)
		more.Schema = types.NewSchema(append([]types.Column{{Name: fmt.Sprint("New", round), Type: types.Long}}, more.Schema.Columns...)...)
		more.Rows = column.NewBatch(more.Rows.Len(), append([]column.Column{column.NullConst(types.Long, more.Rows.Len())}, columns(t, more.Rows)...))
		mustAppend(t, s, Batch{Rows: []Rows{more}})
		return s.Seal()
	case 3:
		_, err := s.Purge(context.Background(), "Other", fmt.Sprint("test ", round), "tests", func(schema types.Schema, b *column.Batch) ([]uint32, error) {
			c, err := b.Column(schema.Index("N"))
			if err != nil {
				return nil, err
			}
			var gone []uint32
			for i, v := range column.FlatVec[int64](c).Vals {
				if v%50 == 7 {
					gone = append(gone, uint32(i))
				}
			}
			return gone, nil
		})
		return err
	case 4: // a column goes and comes back empty
		err := s.Alter("Other", func(have types.Schema) (types.Schema, error) {
			var out types.Schema
			for _, c := range have.Columns {
				if c.Name != "Props" {
					out.Columns = append(out.Columns, c)
				}
			}
			return out, nil
		}, nil)
		return err
	case 5:
		if err := s.SetRetention("Events", Retention{Age: 50 * time.Minute}); err != nil {
			return err
		}
		return s.Expire("Events")
	}
	return nil
}

// answersOver is answers for queries over all tables of a snapshot.
func answersOver(t *testing.T, e *kql.Engine, snap *Snapshot, text string, now time.Time, parted bool) (string, int64) {
	t.Helper()
	tables := kql.Tables{}
	for _, name := range snap.Names() {
		src, _ := snap.Table(name)
		if !parted {
			src = unparted{src}
		}
		tables[name] = src
	}
	return answersOf(t, e, tables, text, now)
}
