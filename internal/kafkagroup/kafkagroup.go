// Package kafkagroup ends the members of a consumer group that kfake, the broker of
// the tests, keeps for ever.
//
// A broker begins the time of a member's session with its answer to a join. kfake does
// not if the connection is gone by then: a process that was killed while it joined
// stays in the group, and its partitions are nobody's.
package kafkagroup

import (
	"context"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Expire removes all members of a group that has more than one. Those that are alive
// join again.
func Expire(ctx context.Context, client *kgo.Client, group string) error {
	describe := kmsg.NewPtrDescribeGroupsRequest()
	describe.Groups = []string{group}
	resp, err := describe.RequestWith(ctx, client)
	if err != nil || len(resp.Groups) != 1 || len(resp.Groups[0].Members) < 2 {
		return err
	}
	leave := kmsg.NewPtrLeaveGroupRequest()
	leave.Group = group
	for _, m := range resp.Groups[0].Members {
		one := kmsg.NewLeaveGroupRequestMember()
		one.MemberID = m.MemberID
		leave.Members = append(leave.Members, one)
	}
	_, err = leave.RequestWith(ctx, client)
	return err
}
