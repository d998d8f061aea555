"""《视频资源共享保密协议》(Annex 2): between the data bureau and the using unit."""
