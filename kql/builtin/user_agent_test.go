package builtin

import (
	"testing"

	"github.com/ua-parser/uap-go/uaparser"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// agents are texts of the kinds that logs have.
var agents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.87",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	"Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
	"python-requests/2.32.3", "curl/8.8.0", "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17628; Pro)", "Dalvik/2.1.0 (Linux; U; Android 9; AFTKA)",
	"axios/1.7.2", "", "ÄÖÜ/1.0", "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)", "-",
}

// TestAgentsLikeTheLibrary checks that looking for needed texts first changes no
// answer.
func TestAgentsLikeTheLibrary(t *testing.T) {
	p, err := newAgentPatterns()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range agents {
		want := p.library.Parse(s)
		if b, o, d := p.browser(s), p.system(s), p.device(s); b != *want.UserAgent || o != *want.Os || d != *want.Device {
			t.Errorf("%s\n got %+v %+v %+v\nwant %+v %+v %+v", s, b, o, d, *want.UserAgent, *want.Os, *want.Device)
		}
	}
}

func BenchmarkUserAgent(b *testing.B) {
	p, err := newAgentPatterns()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("patterns", func(b *testing.B) {
		var bag dynamic.BagBuilder
		for i := range b.N {
			p.value(&bag, agents[i%len(agents)], agentAll)
		}
	})
	b.Run("library", func(b *testing.B) {
		l, err := uaparser.New(uaparser.WithCacheSize(1))
		if err != nil {
			b.Fatal(err)
		}
		for i := range b.N {
			s := agents[i%len(agents)]
			l.ParseUserAgent(s)
			l.ParseOs(s)
			l.ParseDevice(s)
		}
	})
}
