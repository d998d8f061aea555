// A device on sipgo: registers by Digest, keeps alive once, logs off, and says so.
//
//	sipgo_device HOST:PORT PLATFORM_CODE CODE REALM PASSWORD
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

func main() {
	address, platform, code, realm, password := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	agent, err := sipgo.NewUA(sipgo.WithUserAgent(code), sipgo.WithUserAgentHostname(realm))
	if err != nil {
		panic(err)
	}
	defer agent.Close()
	client, err := sipgo.NewClient(agent, sipgo.WithClientHostname("127.0.0.1"))
	if err != nil {
		panic(err)
	}
	ask := func(method sip.RequestMethod, expires string, body string) {
		var target sip.Uri
		if err := sip.ParseUri("sip:"+platform+"@"+address, &target); err != nil {
			panic(err)
		}
		request := sip.NewRequest(method, target)
		request.SetDestination(address)
		if expires != "" {
			request.AppendHeader(sip.NewHeader("Contact", "<sip:"+code+"@127.0.0.1>"))
			request.AppendHeader(sip.NewHeader("Expires", expires))
			request.AppendHeader(sip.NewHeader("To", "<sip:"+code+"@"+realm+">"))
		} else {
			request.AppendHeader(sip.NewHeader("Content-Type", "Application/MANSCDP+xml"))
			request.SetBody([]byte(body))
		}
		within, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		answer, err := client.Do(within, request)
		if err != nil {
			panic(err)
		}
		if answer.StatusCode == 401 {
			answer, err = client.DoDigestAuth(within, request, answer, sipgo.DigestAuth{Username: code, Password: password})
			if err != nil {
				panic(err)
			}
		}
		fmt.Println(method, answer.StatusCode)
	}
	ask(sip.REGISTER, "3600", "")
	ask(sip.MESSAGE, "", "<?xml version=\"1.0\"?>\r\n<Notify>\r\n<CmdType>Keepalive</CmdType>\r\n<SN>1</SN>\r\n<DeviceID>"+code+
		"</DeviceID>\r\n<Status>OK</Status>\r\n</Notify>\r\n")
	ask(sip.REGISTER, "0", "")
}
